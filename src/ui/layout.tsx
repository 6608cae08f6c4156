import { raw } from 'hono/html'
import type { PropsWithChildren } from 'hono/jsx'
import { SCRIPT_PATH } from './scripts.ts'
import { STYLESHEET_PATH } from './styles.ts'
import { useSurroundings } from './surroundings.ts'

type LayoutProps = PropsWithChildren<{
  title: string
  wide?: boolean
}>

/** The frame of every page. */
export function Layout({ title, wide, children }: LayoutProps) {
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
            <Sections />
          </header>
          <main class={wide ? 'wide' : undefined}>
            <HoldsSoon />
            {children}
          </main>
        </body>
      </html>
    </>
  )
}

function HoldsSoon() {
  if (!useSurroundings()?.holdsSoon) return null
  return <p role="status">What you did is saved, and holds everywhere within a minute.</p>
}

function Sections() {
  const surroundings = useSurroundings()
  if (!surroundings) return null
  const { sections, who, path } = surroundings
  const isAt = (href: string) => path === href || path.startsWith(`${href}/`)
  return (
    <nav aria-label="Sections">
      {sections.map(({ href, title }) => (
        <a href={href} aria-current={isAt(href) ? 'page' : undefined}>
          {title}
        </a>
      ))}
      <span class="who">{who}</span>
    </nav>
  )
}
