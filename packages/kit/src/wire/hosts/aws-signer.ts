import { createHash } from 'node:crypto'
import type { Authorization, HostedRequest } from '../hosting.ts'
import { targetOf } from '../target.ts'
import { noCredentials } from './no-credentials.ts'
import { optionalPeer } from './optional-peer.ts'

/** Keys of AWS's; a session token where they are temporary ones. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** AWS credentials, or whoever gets them, with the time until which they are good. */
export type AwsCredentialSource = AwsCredentials | (() => Promise<AwsCredentials>)

export interface AwsSignerOptions {
  readonly provider: string
  readonly region: string
  readonly credentials: AwsCredentialSource
}

/**
 * Sign requests to Bedrock by AWS's own signer (optional peers). Only the headers that are signed are sent with the
 * signature: what a proxy adds on its way does not break it.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 *
 * @throws Error at assembly when the signer is not installed.
 */
export function awsSigner({
  provider,
  region,
  credentials,
}: AwsSignerOptions): (request: HostedRequest) => Promise<Authorization> {
  const { SignatureV4 } = optionalPeer(
    '@smithy/signature-v4',
    'Bedrock',
  ) as typeof import('@smithy/signature-v4')
  const { Sha256 } = optionalPeer(
    '@aws-crypto/sha256-js',
    'Bedrock',
  ) as typeof import('@aws-crypto/sha256-js')
  const signer = new SignatureV4({ service: 'bedrock', region, credentials, sha256: Sha256 })
  return async ({ method, origin, path, headers, body }) => {
    const { protocol, hostname, host } = new URL(origin)
    const { path: plain, query } = targetOf(path, 0)
    const type = headers['content-type']
    const signed = {
      host,
      ...(type === undefined ? {} : { 'content-type': type }),
      // A body may be megabytes long: it is hashed by Node's own code, and the signer takes the hash from here.
      'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
    }
    const asked = { path: plain, query: valuesOf(query) }
    const request = { method, protocol, hostname, ...asked, headers: signed }
    try {
      const { headers: all } = await signer.sign(request)
      const { host: _, 'content-type': __, ...added } = all
      return added
    } catch (cause) {
      throw noCredentials(provider, cause)
    }
  }
}

/** What a query says, by name, as often as it says it. */
function valuesOf(query: string): Record<string, string[]> {
  const said = new URLSearchParams(query)
  return Object.fromEntries([...new Set(said.keys())].map((name) => [name, said.getAll(name)]))
}

/**
 * Whoever AWS's own tools would ask: variables, shared files, the container, the machine (optional peer).
 *
 * @throws Error at assembly when it is not installed.
 */
export function awsDefaultCredentials(): () => Promise<AwsCredentials> {
  const { defaultProvider } = optionalPeer(
    '@aws-sdk/credential-provider-node',
    'Bedrock, without keys of its own,',
  ) as typeof import('@aws-sdk/credential-provider-node')
  const provide = defaultProvider()
  return () => provide()
}
