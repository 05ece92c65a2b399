import type { Transform } from 'node:stream'
import { promisify } from 'node:util'
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  gunzip,
  inflate,
} from 'node:zlib'
import { TollgateError } from './errors.ts'

const CODINGS = {
  gzip: { all: promisify(gunzip), stream: createGunzip },
  'x-gzip': { all: promisify(gunzip), stream: createGunzip },
  deflate: { all: promisify(inflate), stream: createInflate },
  br: { all: promisify(brotliDecompress), stream: createBrotliDecompress },
} as const

function codingOf(encoding: string): (typeof CODINGS)[keyof typeof CODINGS] | undefined {
  return Object.hasOwn(CODINGS, encoding) ? CODINGS[encoding as keyof typeof CODINGS] : undefined
}

/**
 * Decode a compressed request body, refusing to make more than `maxBytes` of it: a small body may unpack to gigabytes.
 *
 * @throws TollgateError `unsupported_media_type` for an unknown coding, `request_too_large`, `invalid_request`.
 */
export async function decodeAll(bytes: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const coding = codingOf(encoding)
  if (!coding) {
    throw new TollgateError('unsupported_media_type', {
      message: 'The content-encoding of the body is not one of gzip, deflate and br.',
    })
  }
  try {
    return await coding.all(bytes, { maxOutputLength: maxBytes })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new TollgateError('request_too_large', {
        message: `The request body unpacks to more than ${maxBytes} bytes. Send a smaller one.`,
      })
    }
    throw new TollgateError('invalid_request', { message: `The body is not valid ${encoding}.`, cause })
  }
}

/** A stream that decodes an answer, or undefined when it is not compressed or in a way that we cannot read. */
export function decodeStream(encoding: string | undefined): Transform | undefined {
  return encoding === undefined ? undefined : codingOf(encoding.trim().toLowerCase())?.stream()
}
