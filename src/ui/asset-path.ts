/**
 * The address of a text that we serve, with a hash of it: it may be kept for ever. Not a secret, only a name that
 * changes with the text; computed while the module loads, so it must not await.
 */
export function assetPath(extension: 'css' | 'js', text: string): string {
  return `/assets/postern-${fnv1a(text)}.${extension}`
}

function fnv1a(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
