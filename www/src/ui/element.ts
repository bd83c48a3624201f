/** An element of index.html by its id; the page and its script are built together, so a miss is a mistake in either. */
export function element<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found as E;
}

/** A new element with some of its properties. */
export function made<K extends keyof HTMLElementTagNameMap>(
  name: K, properties: Partial<HTMLElementTagNameMap[K]> = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** A small button of a list's item; `onClick` gets the button itself. */
export function smallButton(textContent: string, ariaLabel: string, onClick: (button: HTMLButtonElement) => void): HTMLButtonElement {
  const button = made("button", { type: "button", className: "quiet small", textContent, ariaLabel });
  button.addEventListener("click", () => onClick(button));
  return button;
}
