import type { App } from '../apps/app.ts'
import { logoPath } from '../apps/logo.ts'
import { publisherOf } from '../apps/publisher-mark.ts'

const WORDS = {
  first_party: () => 'An app of this service itself',
  verified: (domain: string | null) => `Publisher verified: ${domain}`,
  unverified: () => 'The publisher is not verified.',
} as const

/** Who stands behind an app, in words and colour. */
export function PublisherMark({ app, warning }: { app: App; warning?: string }) {
  const { state, domain } = publisherOf(app)
  return (
    <p class={state === 'unverified' ? 'publisher unverified' : 'publisher verified'}>
      {WORDS[state](domain)}
      {state === 'unverified' && warning && ` ${warning}`}
    </p>
  )
}

/** What the developer promises, at addresses of theirs: opened beside the page, which the person may be deciding on. */
export function AppPromises({ app }: { app: Pick<App, 'policyUri' | 'tosUri'> }) {
  const links = [
    { href: app.policyUri, title: 'Privacy policy' },
    { href: app.tosUri, title: 'Terms of service' },
  ].filter((link): link is { href: string; title: string } => link.href !== null)
  if (links.length === 0) return null
  return (
    <p class="small">
      {links.map(({ href, title }, index) => (
        <>
          {index > 0 && ', '}
          <a href={href} target="_blank" rel="noopener noreferrer nofollow">
            {title}
          </a>{' '}
          on {new URL(href).host}
        </>
      ))}
    </p>
  )
}

/** No remote image: our own copy of the logo, or the initial of the name. */
export function AppIcon({ app }: { app: App }) {
  if (app.logoHash) return <img class="app-icon" src={logoPath(app.logoHash)} alt="" width="48" height="48" />
  return (
    <span class="app-icon initial" aria-hidden="true">
      {[...app.clientName][0]?.toUpperCase()}
    </span>
  )
}
