/** A number with its noun: "1 app", "2 apps". */
export function inNumber(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
