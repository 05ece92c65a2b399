/** An error inside a stream that has begun, which SDKs raise. Nothing follows: the stream has no terminal event. */
export function streamError(error: object): Buffer {
  return Buffer.from(`data: ${JSON.stringify(error)}\n\n`)
}
