import { DONE } from './completion-rules.ts'

/** An error inside a stream that has begun; SDKs raise it. Ends with the terminal event. */
export function streamError(error: object): Buffer {
  return Buffer.from(`data: ${JSON.stringify(error)}\n\ndata: ${DONE}\n\n`)
}
