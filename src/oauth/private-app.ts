import type { Context } from 'hono'
import type { Session } from '../accounts/sessions.ts'
import type { AppEnv } from '../env.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { AuthorizationRefusal } from './authorization-response.ts'
import { destinationOf, switchAccountPath } from './consent.ts'
import { privateAppPage } from './private-app-page.tsx'

/** Says why before the browser goes back: the link carries the refusal, to the redirect URI that was checked. */
export function explainPrivateApp(
  c: Context<AppEnv>,
  { app, target }: AuthorizationRequest,
  { email }: Session,
  search: string,
): Promise<Response> {
  return privateAppPage(c, {
    app,
    email,
    switchHref: switchAccountPath(search),
    backHref: new AuthorizationRefusal(target, 'access_denied', 'app_private').location,
    destination: destinationOf(target.redirectUri),
  })
}
