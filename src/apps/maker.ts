import type { App } from './app.ts'
import { logoPath } from './logo.ts'
import { type Publisher, publisherOf } from './publisher-mark.ts'

/** What pages show of whoever made an app: `Maker` of `ui/maker.tsx`. */
export function makerOf(app: App) {
  const publisher = publisherOf(app)
  const links = [
    { href: app.policyUri, title: 'Privacy policy' },
    { href: app.tosUri, title: 'Terms of service' },
  ]
  return {
    name: app.clientName,
    icon: app.logoHash && logoPath(app.logoHash),
    standing: { good: publisher.state !== 'unverified', words: inWords(publisher) },
    links: links.filter((link): link is { href: string; title: string } => link.href !== null),
  }
}

function inWords({ state, domain }: Publisher): string {
  if (state === 'first_party') return 'An app of this service itself'
  return state === 'verified' ? `Publisher verified: ${domain}` : 'The publisher is not verified.'
}
