import type { Context } from 'hono'
import type { Config } from '../../env.ts'
import type { ApiEnv } from '../kit/api-env.ts'
import { describeApi } from '../kit/document.ts'
import { apiResource } from '../kit/protected-resource.ts'
import type { Api } from '../kit/route.ts'
import { type ApiDocsView, apiDocsPage } from './docs-page.tsx'
import { apiDocument } from './schema.ts'
import { toDocsView } from './view.ts'

/** Serves the human page of `api`, made of its OpenAPI document when it is first asked for. */
export function apiDocs(api: Api) {
  const views = new WeakMap<Config, ApiDocsView>()
  return function answerApiDocs(c: Context<ApiEnv>): Promise<Response> {
    const config = c.get('config')
    const view = views.get(config) ?? makeView(api, config)
    views.set(config, view)
    return apiDocsPage(c, view)
  }
}

function makeView(api: Api, config: Config): ApiDocsView {
  const document = apiDocument.parse(describeApi(api, config))
  return toDocsView(document, { issuer: config.issuer, resource: apiResource(config) })
}
