export const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

type KeyAlgorithm = { name: string; namedCurve?: string; hash?: string }

interface AlgorithmRow {
  generate: KeyAlgorithm & { modulusLength?: number; publicExponent?: Uint8Array }
  import: KeyAlgorithm
  sign: KeyAlgorithm
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

/** JWA names (RFC 7518 §3.1, RFC 8037) and what Web Crypto calls the same things. */
export const WEB_CRYPTO: Record<Algorithm, AlgorithmRow> = {
  ES256: {
    generate: { name: 'ECDSA', namedCurve: 'P-256' },
    import: { name: 'ECDSA', namedCurve: 'P-256' },
    sign: { name: 'ECDSA', hash: 'SHA-256' },
  },
  RS256: {
    generate: { ...RSA, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    import: RSA,
    sign: { name: RSA.name },
  },
  EdDSA: { generate: { name: 'Ed25519' }, import: { name: 'Ed25519' }, sign: { name: 'Ed25519' } },
}
