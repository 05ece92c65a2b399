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
  if (req.headers['content-type']?.startsWith('multipart/form-data')) return readForm(req, entry)
  try {
    entry.body = JSON.parse(entry.rawBody.toString())
    return undefined
  } catch {
    return invalid(400, 'We could not parse the JSON body of your request.')
  }
}

/** A file of a form. */
export interface SentFile {
  readonly name: string
  readonly type: string
  readonly bytes: Buffer
}

/** Forms are read by Node's own reader. What is given as a list is named with brackets, and is one. */
async function readForm(req: IncomingMessage, entry: Entry): Promise<Refusal | undefined> {
  const headers = { 'content-type': req.headers['content-type']! }
  try {
    const form = await new Response(new Uint8Array(entry.rawBody), { headers }).formData()
    const body: Record<string, unknown> = {}
    for (const [name, value] of form) {
      const field = name.replace(/\[\]$/, '')
      const sent = typeof value === 'string' ? value : await fileOf(value)
      body[field] = field === name ? sent : [...((body[field] as unknown[]) ?? []), sent]
    }
    entry.body = body
    return undefined
  } catch {
    return invalid(400, 'Could not parse multipart form')
  }
}

async function fileOf(file: File): Promise<SentFile> {
  return { name: file.name, type: file.type, bytes: Buffer.from(await file.arrayBuffer()) }
}

function invalid(status: number, message: string): Refusal {
  return { status, message, type: 'invalid_request_error' }
}
