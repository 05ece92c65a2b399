/** An error inside a stream that has begun. It ends the stream: SDKs raise it, and read nothing behind it. */
export function streamError(error: object): Buffer {
  return Buffer.from(`event: error\ndata: ${JSON.stringify(error)}\n\n`)
}
