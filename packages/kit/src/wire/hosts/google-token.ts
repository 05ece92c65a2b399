import type { GoogleAuthOptions } from 'google-auth-library'
import { type AccessToken, keptToken } from './access-token.ts'
import { optionalPeer } from './optional-peer.ts'

/** What Vertex AI is called under: https://cloud.google.com/vertex-ai/docs/authentication */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'

/** Until when a token is taken to be good that does not say so, ms. */
const UNSAID_MS = 60_000

/** Where the credentials are. Said here, not by google-auth-library's types: whoever has no use for it need not have them. */
export interface GoogleCredentials {
  /** A file of credentials, of a service account or an external one. */
  readonly keyFilename?: string
  /** What stands in such a file. */
  readonly credentials?: Readonly<Record<string, unknown>>
}

/**
 * Access tokens of Google's, by google-auth-library (an optional peer): from a file of credentials, or from wherever the
 * machine has its own (`GOOGLE_APPLICATION_CREDENTIALS`, gcloud, the metadata server).
 *
 * @throws Error at assembly when google-auth-library is not installed.
 */
export function googleToken(options: GoogleCredentials = {}): () => string | Promise<string> {
  const { GoogleAuth } = optionalPeer(
    'google-auth-library',
    'Vertex AI',
  ) as typeof import('google-auth-library')
  const auth = new GoogleAuth({ ...options, scopes: SCOPE } as GoogleAuthOptions)
  return keptToken(async (): Promise<AccessToken> => {
    const client = await auth.getClient()
    const { token } = await client.getAccessToken()
    if (!token) throw new Error('Google gave no access token')
    return { token, expiresAtMs: client.credentials.expiry_date ?? Date.now() + UNSAID_MS }
  })
}
