import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppEnv } from '../env.ts'
import type { PageLink } from '../errors.ts'
import { htmlPage } from './html-page.tsx'
import { Layout } from './layout.tsx'

interface ErrorView {
  title: string
  /** What to do next. */
  next: string
  link?: PageLink | undefined
  /** What to tell whoever can help. */
  code?: string
}

export function errorPage(c: Context<AppEnv>, status: ContentfulStatusCode, { title, next, link, code }: ErrorView) {
  return htmlPage(
    c,
    <Layout title={title}>
      <h1>{title}</h1>
      <p>{next}</p>
      {link && (
        <p>
          <a class="button primary" href={link.href}>
            {link.title}
          </a>
        </p>
      )}
      {code && <p class="code">{code}</p>}
    </Layout>,
    status,
  )
}
