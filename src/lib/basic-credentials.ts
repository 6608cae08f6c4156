/**
 * What an `Authorization: Basic` header carries, with both halves form-encoded (RFC 6749 §2.3.1); undefined: it is none.
 * The secret may be empty.
 */
export function readBasic(authorization: string): { id: string; secret: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1]
  if (!encoded) return undefined
  try {
    const text = atob(encoded)
    const colon = text.indexOf(':')
    if (colon < 1) return undefined
    const [id = '', secret = ''] = [
      decodeFormComponent(text.slice(0, colon)),
      decodeFormComponent(text.slice(colon + 1)),
    ]
    return id ? { id, secret } : undefined
  } catch (error) {
    if (error instanceof URIError || error instanceof DOMException) return undefined
    throw error
  }
}

function decodeFormComponent(component: string): string {
  return decodeURIComponent(component.replaceAll('+', ' '))
}
