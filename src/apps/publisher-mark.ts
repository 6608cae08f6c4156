import type { App } from './app.ts'

/** Who stands behind an app, as far as we know. */
export type Publisher =
  | { state: 'first_party'; domain: null }
  | { state: 'verified'; domain: string }
  | { state: 'unverified'; domain: null }

export function publisherOf({ firstParty, publisherDomain }: Pick<App, 'firstParty' | 'publisherDomain'>): Publisher {
  if (firstParty) return { state: 'first_party', domain: null }
  return publisherDomain ? { state: 'verified', domain: publisherDomain } : { state: 'unverified', domain: null }
}
