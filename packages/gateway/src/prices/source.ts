import { readFile, stat } from 'node:fs/promises'
import { follow } from './follow.ts'

/** Price data as it was found, and when it was made. */
export interface FoundPrices {
  readonly text: string
  /** As its place dates it, ms since the epoch; now where it does not. */
  readonly datedMs: number
}

export interface SourceOptions {
  /** How long all of it may take, ms. */
  readonly timeoutMs?: number
  readonly nowMs: number
}

/** Far more than all models there are take up, bytes. */
const MAX_BYTES = 32 * 2 ** 20

/** Whether this is an address, rather than the path of a file. */
export function isAddress(from: string): boolean {
  return /^https?:\/\//i.test(from)
}

/**
 * Get price data from an address or a file.
 *
 * @throws Error in one sentence when it cannot be had: the server is away, slow, answers something else, or without an end.
 */
export async function findPrices(
  from: string,
  { timeoutMs = 30_000, nowMs }: SourceOptions,
): Promise<FoundPrices> {
  try {
    return isAddress(from)
      ? await download(from, AbortSignal.timeout(timeoutMs), nowMs)
      : await readPrices(from)
  } catch (cause) {
    const { message, name } = cause as Error
    const why = name === 'TimeoutError' ? `no answer within ${timeoutMs} ms` : message
    throw new Error(`prices cannot be had from ${from}: ${why}`, { cause })
  }
}

/** Price data from a file, dated by its last change. */
export async function readPrices(path: string): Promise<FoundPrices> {
  const { size, mtimeMs } = await stat(path)
  if (size > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`)
  return { text: await readFile(path, 'utf8'), datedMs: mtimeMs }
}

async function download(url: string, signal: AbortSignal, nowMs: number): Promise<FoundPrices> {
  const answer = await follow(url, { signal, fetch })
  if (!answer.ok || !answer.body) throw new Error(`it answered ${answer.status}`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  const dated = Date.parse(answer.headers.get('last-modified') ?? '')
  return {
    text: Buffer.concat(chunks).toString('utf8'),
    datedMs: Number.isNaN(dated) ? nowMs : Math.min(dated, nowMs),
  }
}
