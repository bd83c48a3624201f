/** The weights of R, G and B in luma. */
export function lumaWeights(matrix: "bt601" | "bt709" | "bt2020"): [number, number, number] {
  if (matrix === "bt601") return [0.299, 0.587, 0.114];
  if (matrix === "bt709") return [0.2126, 0.7152, 0.0722];
  return [0.2627, 0.678, 0.0593];
}
