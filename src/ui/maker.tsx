/** Who made what a page is about. Nothing of it is fetched from elsewhere: the icon is our own copy. */
export interface Maker {
  name: string
  /** Null: the initial of the name. */
  icon: string | null
  standing: { good: boolean; words: string }
  links: readonly { href: string; title: string }[]
}

interface MakerProps {
  maker: Maker
}

export function MakerIcon({ maker: { icon, name } }: MakerProps) {
  if (icon) return <img class="app-icon" src={icon} alt="" width="48" height="48" />
  return (
    <span class="app-icon initial" aria-hidden="true">
      {[...name][0]?.toUpperCase()}
    </span>
  )
}

/** Who stands behind it, in words and colour; the warning is shown where nobody does. */
export function MakerStanding({ maker: { standing }, warning }: MakerProps & { warning?: string }) {
  return (
    <p class={standing.good ? 'publisher verified' : 'publisher unverified'}>
      {standing.words}
      {!standing.good && warning && ` ${warning}`}
    </p>
  )
}

/** What the maker promises, opened beside the page, which the person may be deciding on. */
export function MakerLinks({ maker: { links } }: MakerProps) {
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
