/**
 * Where a provider reads and writes with the operator's credentials, in the operator's own cloud:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#filedata,
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_S3Location.html
 */
const BUCKET = /^\s*(?:gs|s3|bq):\/\//i

/** Where Gemini's files are read from: https://ai.google.dev/api/files */
const GEMINI =
  /^\s*(?:https?:)?\/\/(?:[^/]*[.-])?(?:generativelanguage|aiplatform)\.googleapis\.com\.?(?:[:/]|$)/i

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

function headOf(address: string): string {
  return unescaped(address.slice(0, HEAD_LENGTH))
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
