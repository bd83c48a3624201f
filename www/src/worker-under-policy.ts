/** A worker from a blob inherits the page's content security policy; one from an address has only its host's headers. */
export function startUnderPolicy(address: URL, name: string): Worker {
  const blob = URL.createObjectURL(new Blob([`import ${JSON.stringify(address.href)};`], { type: "text/javascript" }));
  return new Worker(blob, { type: "module", name });
}
