const LINE = '+-:,#(_'
const BULK = '$=!'
/** How many values follow per unit of the count. */
const AGGREGATE: Readonly<Record<string, number>> = { '*': 1, '~': 1, '>': 1, '%': 2, '|': 2 }

/** Where the first whole value of RESP 2 or 3 ends; undefined while some of it has yet to come. */
export function frameEnd(bytes: Buffer, start = 0): number | undefined {
  const line = bytes.indexOf('\r\n', start)
  if (line === -1) return
  const type = String.fromCharCode(bytes[start]!)
  if (LINE.includes(type)) return line + 2
  const count = Number(bytes.toString('latin1', start + 1, line))
  if (BULK.includes(type)) {
    const end = count === -1 ? line + 2 : line + 2 + count + 2
    return end <= bytes.length ? end : undefined
  }
  let end: number | undefined = line + 2
  for (let value = 0; value < count * AGGREGATE[type]!; value++) {
    if (end === undefined) return
    end = frameEnd(bytes, end)
  }
  return end
}

/** Cuts a stream of bytes into whole values, whatever pieces it comes in. */
export function framer(onFrame: (frame: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    for (let end = frameEnd(rest); end !== undefined; end = frameEnd(rest)) {
      onFrame(rest.subarray(0, end))
      rest = rest.subarray(end)
      if (rest.length === 0) return
    }
  }
}

/** The words of a command, as a client sends it. */
export function wordsOf(frame: Buffer): string[] {
  return frame
    .toString('latin1')
    .split('\r\n')
    .slice(2)
    .filter((_, at) => at % 2 === 0)
}
