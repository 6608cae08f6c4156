/** One of so many places, always the same for the same name. */
export function placeOf(name: string, places: number): number {
  let hash = 0
  for (const character of name) hash = (hash * 31 + character.charCodeAt(0)) >>> 0
  return hash % places
}
