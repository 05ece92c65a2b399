/**
 * One part of a form, and where its content stands in the form's bytes: [start, end).
 * Format: https://www.rfc-editor.org/rfc/rfc7578
 */
export interface FormPart {
  readonly name: string
  readonly isFile: boolean
  readonly start: number
  readonly end: number
}

/** More parts than any form has. */
const MAX_PARTS = 128
const MAX_HEADER_BYTES = 4_096

const CRLF = '\r\n'
const DASHES = '--'
const BLANK_LINE = '\r\n\r\n'

/**
 * Find the parts of a form in its own bytes, so that single ones can be read or replaced and all others pass as they came.
 *
 * Readers of forms disagree about what is not written plainly (bare line feeds, padding, folded lines, escapes, a boundary
 * that stands in a file), and what was checked must be what the provider reads: only what all of them read alike is taken,
 * which is how clients write.
 *
 * @throws SyntaxError for anything else.
 */
export function scanForm(bytes: Buffer, boundary: string): FormPart[] {
  const places = placesOf(bytes, boundary)
  return places.slice(0, -1).map((place, index) => {
    const next = places[index + 1]! - DASHES.length - CRLF.length
    return readPart(bytes, place + boundary.length + CRLF.length, next)
  })
}

/** Where the boundary stands. Wherever it is found it has to be one: another reader might take it for one. */
function placesOf(bytes: Buffer, boundary: string): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(boundary); at !== -1; at = bytes.indexOf(boundary, at + boundary.length)) {
    const isFirst = at === DASHES.length && says(bytes, 0, DASHES)
    const begins = CRLF + DASHES
    if (!isFirst && !says(bytes, at - begins.length, begins))
      throw new SyntaxError('a boundary begins no line')
    places.push(at)
    if (places.length > MAX_PARTS) throw new SyntaxError(`it has more than ${MAX_PARTS} parts`)
    const behind = at + boundary.length
    if (says(bytes, behind, CRLF)) continue
    const rest = bytes.toString('latin1', behind, behind + DASHES.length + CRLF.length + 1)
    if (rest === DASHES || rest === DASHES + CRLF) break
    throw new SyntaxError('a boundary does not end its line')
  }
  if (places[0] !== DASHES.length) throw new SyntaxError('it does not begin with its boundary')
  if (!says(bytes, places.at(-1)! + boundary.length, DASHES)) throw new SyntaxError('it is not closed')
  return places
}

function says(bytes: Buffer, at: number, text: string): boolean {
  return bytes.toString('latin1', at, at + text.length) === text
}

function readPart(bytes: Buffer, from: number, end: number): FormPart {
  const head = bytes.subarray(from, Math.min(end, from + MAX_HEADER_BYTES))
  const blank = head.indexOf(BLANK_LINE)
  if (blank === -1) throw new SyntaxError('a part has no content, or too long a head')
  const start = from + blank + BLANK_LINE.length
  return { ...readHead(head.toString('utf8', 0, blank), end - start), start, end }
}

/** No part of it can match the same blanks as another: a hostile line would be tried in every way there is to cut it. */
const HEADER_LINE = /^([A-Za-z-]+):([^\r\n\0]*)$/
/** What a part may say of itself; the last two only what changes nothing. */
const HEADERS: Readonly<Record<string, RegExp>> = {
  'content-disposition': /^form-data;/,
  'content-type': /^[\w.+-]+\/[\w.+-]+(?:;\s*[\w-]+=[\w."+-]+)*$/,
  'content-length': /^\d+$/,
  'content-transfer-encoding': /^(?:binary|8bit|7bit)$/i,
}
/** Of a part that is read as text. */
const TEXT_TYPE = /^(?:text\/plain|application\/json)(?:;\s*charset="?utf-?8"?)?$/i

function readHead(head: string, contentBytes: number): Pick<FormPart, 'name' | 'isFile'> {
  const said = new Map<string, string>()
  for (const line of head.split(CRLF)) {
    const [, name = '', given = ''] = HEADER_LINE.exec(line) ?? []
    const known = name.toLowerCase()
    const value = given.trim()
    if (!Object.hasOwn(HEADERS, known) || !HEADERS[known]!.test(value) || said.has(known))
      throw new SyntaxError('the head of a part is not written as clients do')
    said.set(known, value)
  }
  // Some readers take its word for where the part ends.
  if (Number(said.get('content-length') ?? contentBytes) !== contentBytes)
    throw new SyntaxError('a part is not as long as it says')
  const part = readDisposition(said.get('content-disposition') ?? '')
  const type = said.get('content-type')
  if (!part.isFile && type !== undefined && !TEXT_TYPE.test(type))
    throw new SyntaxError(`\`${part.name}\` is no text in UTF-8`)
  return part
}

const PARAMETER = /;[ ]*([a-z]+\*?)=(?:"([^"\\\r\n\0]*)"|([\w.%'+-]+))/gy
/** As forms name their fields: `image`, `image[]`. Any other name may be read as one of these. */
const FIELD_NAME = /^[A-Za-z0-9][\w-]*(?:\[\w*\])*$/

function readDisposition(disposition: string): Pick<FormPart, 'name' | 'isFile'> {
  const said = new Map<string, string>()
  let end = 'form-data'.length
  for (const match of disposition.slice(end).matchAll(PARAMETER)) {
    const [text, name = '', quoted, plain] = match
    if (said.has(name) || !/^(?:name|filename\*?)$/.test(name))
      throw new SyntaxError('a part names itself twice')
    said.set(name, quoted ?? plain ?? '')
    end += text.length
  }
  const name = said.get('name')
  if (name === undefined || end !== disposition.length || !FIELD_NAME.test(name))
    throw new SyntaxError('a part has no plain name')
  // Readers that do not know the extended form would take the file for a text.
  if (said.has('filename*') && !said.has('filename'))
    throw new SyntaxError(`\`${name}\` has no plain file name`)
  return { name, isFile: said.has('filename') }
}
