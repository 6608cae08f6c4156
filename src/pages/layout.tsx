import { raw } from 'hono/html'
import type { PropsWithChildren } from 'hono/jsx'
import { STYLESHEET_PATH } from './styles.ts'

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
        </head>
        <body>
          <header class="site">
            <a href="/">Postern</a>
          </header>
          <main class={wide ? 'wide' : undefined}>{children}</main>
        </body>
      </html>
    </>
  )
}
