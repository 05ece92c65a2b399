import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Entry } from '../log.ts'

/** Whose requests Bedrock takes. */
export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
}

const SCHEME =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/bedrock\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/

type Signed = Pick<Entry, 'method' | 'path' | 'headers' | 'rawBody'>

/**
 * Whether a request is signed as AWS asks it to be, worked out anew from its bytes. Written by AWS's own page and with
 * nothing of its packages, because what signs is what is tested.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSigned(request: Signed, { accessKeyId, secretAccessKey, region }: AwsKeys): boolean {
  const [, key, date = '', scopeRegion = '', names = '', signature = ''] =
    SCHEME.exec(request.headers.authorization ?? '') ?? []
  if (key !== accessKeyId || scopeRegion !== region) return false
  const payload = sha256(request.rawBody)
  const stated = request.headers['x-amz-content-sha256']
  if (stated !== undefined && stated !== payload) return false
  const canonical = [
    request.method,
    doubleEncoded(request.path.split('?', 1)[0]!),
    request.path.split('?')[1] ?? '',
    ...names.split(';').map((name) => `${name}:${headerOf(request, name)}`),
    '',
    names,
    payload,
  ].join('\n')
  const scope = `${date}/${region}/bedrock/aws4_request`
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  const derived = [date, region, 'bedrock', 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => hmac(secret, part),
    `AWS4${secretAccessKey}`,
  )
  return timingSafeEqual(hmac(derived, text), Buffer.from(signature, 'hex'))
}

/** A path is encoded once more than it is on the wire: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request */
function doubleEncoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function headerOf({ headers }: Signed, name: string): string {
  return String(headers[name] ?? '')
    .trim()
    .replace(/ +/g, ' ')
}

function sha256(of: Buffer | string): string {
  return createHash('sha256').update(of).digest('hex')
}

function hmac(secret: Buffer | string, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest()
}
