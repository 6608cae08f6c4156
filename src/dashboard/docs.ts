import type { Context } from 'hono'
import type { Config } from '../env.ts'
import { type ApiDocsView, apiDocsPage } from '../pages/api-docs.tsx'
import type { ApiEnv } from './api-env.ts'
import { apiDocument } from './docs-schema.ts'
import { toDocsView } from './docs-view.ts'
import { describeApi } from './document.ts'
import { apiResource } from './protected-resource.ts'
import type { Api } from './route.ts'

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
