import { utf8 } from '../lib/encoding.ts'
import { type Unwrapped, unwrap, type WrappedThing, wrap } from '../lib/wrapping.ts'

/** Stored in clear, from before addresses were wrapped: nothing that is wrapped begins so. */
const IN_CLEAR = /^https:/

/** An address as it is stored. People put secrets into it, so that it is one itself. */
export function wrapUrl(webhookId: string, url: string, secrets: readonly string[]): Promise<string> {
  return wrap(thingOf(webhookId), utf8(url), secrets)
}

export interface OpenedUrl {
  url: string
  /** As it should be stored instead; null: it is stored so. */
  rewrapped: string | null
}

/** Undefined when none of the secrets opens it. */
export async function openUrl(
  webhookId: string,
  stored: string,
  secrets: readonly string[],
): Promise<OpenedUrl | undefined> {
  if (IN_CLEAR.test(stored)) return { url: stored, rewrapped: await wrapUrl(webhookId, stored, secrets) }
  const opened: Unwrapped | undefined = await unwrap(thingOf(webhookId), stored, secrets)
  return opened && { url: new TextDecoder().decode(opened.bytes), rewrapped: opened.rewrapped }
}

function thingOf(id: string): WrappedThing {
  return { purpose: 'webhook_url', id }
}
