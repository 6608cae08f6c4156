import { metadataUri, type ProtectionOptions } from './options.ts'

interface MetadataOptions extends Pick<ProtectionOptions, 'issuer' | 'resource'> {
  /** Every scope of this API. */
  scopesSupported?: readonly string[]
  /** A name for people. */
  resourceName?: string
}

/**
 * The document that tells clients where to get tokens for this API (RFC 9728 §2). Serve it, as JSON and with open
 * CORS, at {@link protectedResourceMetadataPath}.
 */
export function protectedResourceMetadata({ issuer, resource, scopesSupported, resourceName }: MetadataOptions) {
  return {
    resource,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
    ...(scopesSupported && { scopes_supported: scopesSupported }),
    ...(resourceName && { resource_name: resourceName }),
  }
}

/** The path of the document for a resource (RFC 9728 §3.1). */
export function protectedResourceMetadataPath(resource: string): string {
  return new URL(metadataUri(resource)).pathname
}
