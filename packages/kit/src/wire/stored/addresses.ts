/**
 * Where a provider reads and writes with the operator's credentials, in the operator's own cloud:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#filedata,
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_S3Location.html
 */
const BUCKET = /^\s*(?:gs|s3|bq):\/\//i

/** Whatever follows it is a host, however few or many slashes it has: so browsers read an address, and servers after them. */
const WEB = String.raw`^\s*(?:https?:[\\/]*|[\\/]{2,})(?:[^\\/?#]*@)?`
const HOST_END = String.raw`\.?(?:[:\\/?#]|$)`
/** Where Gemini's files are read from: https://ai.google.dev/api/files; each region has a host, or two. */
const GEMINI = new RegExp(
  String.raw`${WEB}(?:[^\\/?#]*[.-])?(?:generativelanguage|aiplatform(?:\.[a-z-]+\.rep)?)\.googleapis\.com${HOST_END}`,
  'i',
)
/** Buckets are read by several hosts of these: https://cloud.google.com/storage/docs/request-endpoints */
const GOOGLE = new RegExp(String.raw`${WEB}(?:[^\\/?#]*\.)?googleapis\.com${HOST_END}`, 'i')
const ABSOLUTE = /^\s*(?:[a-z][a-z0-9+.-]*:[\\/]{2}|https?:|[\\/]{2})/i

/** Longer than what says of an address whose it is: what stands in its place may be a whole picture. */
const HEAD_LENGTH = 512

/** Whether it is the address of something in a bucket, or in a table. */
export function isInBucket(address: string): boolean {
  return BUCKET.test(headOf(address))
}

/** Whether an address leads to what is kept for the operator, and not to a page that anybody could read. */
export function isOperators(address: string): boolean {
  const head = headOf(address)
  return BUCKET.test(head) || GEMINI.test(head)
}

/** Whether Gemini, or Vertex AI, is asked there. */
export function isAtGemini(address: string): boolean {
  return GEMINI.test(headOf(address))
}

/** Whether any of Google's APIs is asked there. */
export function isAtGoogle(address: string): boolean {
  return GOOGLE.test(headOf(address))
}

/** Whether it has a scheme, or at least a host. */
export function isAbsolute(address: string): boolean {
  return ABSOLUTE.test(headOf(address))
}

/** Line ends and tabs are no part of an address, wherever they stand in it: https://url.spec.whatwg.org/#url-parsing */
function headOf(address: string): string {
  return unescaped(address.slice(0, HEAD_LENGTH)).replace(/[\t\r\n]/g, '')
}

/** As the most lenient reader takes it, however often it is escaped. */
function unescaped(text: string): string {
  const once = text.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  return once === text ? text : unescaped(once)
}

/**
 * Whether an address is below one of these, as it is written: a bucket has no folders that could be climbed out of.
 *
 * @param prefixes `gs://acme-inputs`, `s3://acme-inputs/for-all`: with or without a slash at the end.
 */
export function isBelow(prefixes: readonly string[] = [], address: string): boolean {
  return prefixes.some((prefix) => address.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`))
}
