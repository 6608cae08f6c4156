import { raw } from 'hono/html'
import type { PropsWithChildren } from 'hono/jsx'
import { SCRIPT_PATH } from './scripts.ts'
import { STYLESHEET_PATH } from './styles.ts'

/** Where a signed-in person can go; what only operators see is left out for others. */
const SECTIONS = {
  developer: { href: '/developer', title: 'Apps', operators: false },
  connections: { href: '/connections', title: 'Connections', operators: false },
  organizations: { href: '/organizations', title: 'Organizations', operators: false },
  account: { href: '/account', title: 'Account', operators: false },
  operator: { href: '/operator', title: 'Operator', operators: true },
} as const
export type Section = keyof typeof SECTIONS

/** Of pages for somebody who is signed in. */
export interface Navigation {
  section: Section
  email: string
  operator: boolean
}

type LayoutProps = PropsWithChildren<{
  title: string
  wide?: boolean
  nav?: Navigation
}>

/** The frame of every page. */
export function Layout({ title, wide, nav, children }: LayoutProps) {
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{title}</title>
          <link rel="stylesheet" href={STYLESHEET_PATH} />
          <script src={SCRIPT_PATH} defer />
        </head>
        <body>
          <header class="site">
            <a href="/">Postern</a>
            {nav && <Sections nav={nav} />}
          </header>
          <main class={wide ? 'wide' : undefined}>{children}</main>
        </body>
      </html>
    </>
  )
}

function Sections({ nav }: { nav: Navigation }) {
  const shown = Object.entries(SECTIONS).filter(([, { operators }]) => !operators || nav.operator)
  return (
    <nav aria-label="Sections">
      {shown.map(([section, { href, title }]) => (
        <a href={href} aria-current={section === nav.section ? 'page' : undefined}>
          {title}
        </a>
      ))}
      <span class="who">{nav.email}</span>
    </nav>
  )
}
