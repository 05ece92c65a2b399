import type { IncomingMessage } from 'node:http'
import type { Refusal } from './behaviour.ts'
import type { Entry } from './log.ts'

const MAX_BODY_BYTES = 64 * 1024 * 1024

/** Read a request's body into its entry, and parse it where there is one. Returns what is wrong with it, if anything. */
export async function readBody(req: IncomingMessage, entry: Entry): Promise<Refusal | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  await new Promise<void>((resolve) => {
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
    })
    req.once('end', resolve)
    // A client that leaves in the middle of its request never ends it.
    req.once('close', resolve)
  })
  if (bytes > MAX_BODY_BYTES) return invalid(413, `The request body is larger than ${MAX_BODY_BYTES} bytes.`)
  entry.rawBody = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  const encoding = req.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') return invalid(415, `Bodies in ${encoding} encoding are not understood.`)
  if (bytes === 0) return undefined
  try {
    entry.body = JSON.parse(entry.rawBody.toString())
    return undefined
  } catch {
    return invalid(400, 'We could not parse the JSON body of your request.')
  }
}

function invalid(status: number, message: string): Refusal {
  return { status, message, type: 'invalid_request_error' }
}
