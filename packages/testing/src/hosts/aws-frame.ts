import { crc32 } from 'node:zlib'
import type { StreamEvent } from '../plan.ts'

export const AWS_EVENT_STREAM = 'application/vnd.amazon.eventstream'

/** The type of a header's value that is a string. */
const STRING = 7
/** Two lengths and their checksum, and the checksum of all. */
const PRELUDE_BYTES = 12
const CHECKSUM_BYTES = 4

/** One event in AWS's binary framing: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html */
export function awsFrame({ name = '', data }: StreamEvent): Buffer {
  const kind = name.endsWith('Exception') ? 'exception' : 'event'
  const headers = Buffer.concat([
    header(`:${kind}-type`, name),
    header(':content-type', 'application/json'),
    header(':message-type', kind),
  ])
  const payload = Buffer.from(data)
  const total = PRELUDE_BYTES + headers.length + payload.length + CHECKSUM_BYTES
  const prelude = Buffer.alloc(PRELUDE_BYTES - CHECKSUM_BYTES)
  prelude.writeUInt32BE(total, 0)
  prelude.writeUInt32BE(headers.length, 4)
  const body = Buffer.concat([prelude, checksum(prelude), headers, payload])
  return Buffer.concat([body, checksum(body)])
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(value))
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([STRING]),
    length,
    Buffer.from(value),
  ])
}

function checksum(of: Buffer): Buffer {
  const sum = Buffer.alloc(CHECKSUM_BYTES)
  sum.writeUInt32BE(crc32(of))
  return sum
}
