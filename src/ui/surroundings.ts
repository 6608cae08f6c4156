import { createContext, useContext } from 'hono/jsx'

/** A place that a signed-in person can go to; on every page below it, it is where they are. */
export interface Section {
  href: string
  title: string
}

/** What is around every page of somebody who is signed in. It comes with the request: no view passes it on. */
export interface Surroundings {
  sections: readonly Section[]
  /** Who is signed in. */
  who: string
  /** Goes into every form: only a page that this session was shown knows it. */
  formToken: string
  path: string
  /** Something that was just done is not known everywhere yet. */
  holdsSoon: boolean
}

const byRequest = new WeakMap<Request, Surroundings>()

/** For whoever knows who is there, before a page is shown. */
export function surround(request: Request, surroundings: Surroundings): void {
  byRequest.set(request, surroundings)
}

export function surroundingsOf(request: Request): Surroundings | null {
  return byRequest.get(request) ?? null
}

export const SurroundingsContext = createContext<Surroundings | null>(null)

/** Of the page that is being rendered; null for strangers. */
export function useSurroundings(): Surroundings | null {
  return useContext(SurroundingsContext)
}
