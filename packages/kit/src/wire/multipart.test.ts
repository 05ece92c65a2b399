import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scanForm } from './multipart.ts'

const BOUNDARY = '----tollgate.boundary'

/** A part as a client writes it; `head` is what stands between its boundary and its content. */
const part = (head: string, content = 'x') => `--${BOUNDARY}\r\n${head}\r\n\r\n${content}\r\n`
const form = (...parts: readonly string[]) => Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`, 'latin1')
const field = (name: string) => `Content-Disposition: form-data; name="${name}"`

interface Said {
  readonly name: string
  readonly isFile: boolean
  readonly content: string
}

const scanned = (bytes: Buffer, boundary = BOUNDARY): Said[] =>
  scanForm(bytes, boundary).map(({ name, isFile, start, end }) => ({
    name,
    isFile,
    content: bytes.toString('latin1', start, end),
  }))

/** The same by Node's own reader. */
async function readByNode(bytes: Buffer, boundary = BOUNDARY): Promise<Said[]> {
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  const entries = [...(await new Response(new Uint8Array(bytes), { headers }).formData())]
  return Promise.all(
    entries.map(async ([name, value]) => ({
      name,
      isFile: typeof value !== 'string',
      content: (typeof value === 'string'
        ? Buffer.from(value)
        : Buffer.from(await value.arrayBuffer())
      ).toString('latin1'),
    })),
  )
}

const names = fc.constantFrom('model', 'prompt', 'n', 'stream', 'file', 'image[]', 'include[]', 'vad[type]')
const fields = fc.array(
  fc.tuple(names, fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 200 }))),
  { minLength: 1, maxLength: 8 },
)

describe('a form', () => {
  it('as Node writes it is read as Node reads it', async () => {
    await fc.assert(
      fc.asyncProperty(fields, async (entries) => {
        const data = new FormData()
        for (const [name, value] of entries) {
          if (typeof value === 'string') data.append(name, value)
          else data.append(name, new Blob([value]), 'a file.bin')
        }
        const sent = new Response(data)
        const boundary = /boundary=(.*)$/.exec(sent.headers.get('content-type')!)![1]!
        const bytes = Buffer.from(await sent.arrayBuffer())
        expect(scanned(bytes, boundary)).toEqual(await readByNode(bytes, boundary))
      }),
    )
  })

  it('that was tampered with is refused, or read as Node reads it', async () => {
    const good = form(
      part(field('model'), 'gpt-image-2'),
      part(`${field('image')}; filename="a.png"\r\nContent-Type: image/png`, '\x89PNG\r\n\x1a\n--'),
      part(field('n'), '2'),
    )
    const morsel = fc.constantFrom('\r\n', '\n', '\r', '"', ';', ':', ' ', '\t', '\0', '--', `--${BOUNDARY}`)
    const tampering = fc.tuple(fc.nat(good.length), fc.nat(3), morsel)
    let taken = 0
    await fc.assert(
      fc.asyncProperty(fc.array(tampering, { minLength: 1, maxLength: 3 }), async (tamperings) => {
        const bytes = tamperings.reduce(
          (form, [at, dropped, put]) =>
            Buffer.concat([form.subarray(0, at), Buffer.from(put), form.subarray(at + dropped)]),
          good,
        )
        let ours: Said[]
        try {
          ours = scanned(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
          return
        }
        // A text that is not UTF-8 is refused by whoever reads its value.
        const isText = ({ isFile, content }: Said) => isFile || isUtf8(Buffer.from(content, 'latin1'))
        if (!ours.every(isText)) return
        taken += 1
        expect(ours).toEqual(await readByNode(bytes))
      }),
      { numRuns: 2_000 },
    )
    expect(taken).toBeGreaterThan(50)
  })

  it.each([
    ['names without quotes, as .NET does', part('Content-Disposition: form-data; name=model')],
    ['the length of a part, as OkHttp does', part(`${field('model')}\r\nContent-Length: 1`)],
    ['a file name in both forms', part(`${field('f')}; filename="a"; filename*=utf-8''%C3%A4`)],
    ['a text with its type', part(`${field('model')}\r\nContent-Type: text/plain; charset=utf-8`)],
  ])('may have %s', (_, bytes) => {
    expect(scanned(form(bytes))).toHaveLength(1)
  })

  it.each([
    ['nothing in it', Buffer.alloc(0)],
    ['no end', Buffer.from(part(field('model')))],
    ['something before it', Buffer.concat([Buffer.from('x\r\n'), form(part(field('model')))])],
    ['something behind it', Buffer.concat([form(part(field('model'))), Buffer.from('x')])],
    ['its boundary in a file', form(part(`${field('f')}; filename="a"`, `\n--${BOUNDARY}\nx`))],
    [
      'padding behind a boundary',
      Buffer.from(
        form(part(field('model')))
          .toString()
          .replace('y\r\n', 'y \r\n'),
      ),
    ],
    [
      'bare line feeds',
      Buffer.from(
        form(part(field('model')))
          .toString()
          .replaceAll('\r\n', '\n'),
      ),
    ],
    ['a folded line', form(part('Content-Disposition: form-data;\r\n name="model"'))],
    ['an escape in a name', form(part('Content-Disposition: form-data; name="mo\\del"'))],
    ['a name of two', form(part(`${field('prompt')}; name="model"`))],
    ['a file by its extended name alone', form(part(`${field('model')}; filename*=utf-8''x`))],
    ['a name that is none', form(part(field('model ')))],
    ['a name that another reader decodes', form(part(field('mod%65l')))],
    ['no name', form(part('Content-Disposition: form-data'))],
    ['another disposition', form(part('Content-Disposition: attachment; name="model"'))],
    ['two dispositions', form(part(`${field('prompt')}\r\n${field('model')}`))],
    ['a text in UTF-16', form(part(`${field('model')}\r\nContent-Type: text/plain; charset=utf-16`))],
    ['a text in base64', form(part(`${field('model')}\r\nContent-Transfer-Encoding: base64`))],
    ['a line that says something else', form(part(`${field('model')}\r\nX-Name: prompt`))],
    ['a part without a head', Buffer.from(`--${BOUNDARY}\r\n\r\nx\r\n--${BOUNDARY}--\r\n`)],
    ['too many parts', form(...Array.from({ length: 200 }, (_, index) => part(field(`f${index}`))))],
  ])('is refused with %s', (_, bytes) => {
    expect(() => scanned(bytes)).toThrow(SyntaxError)
  })

  it('of a million boundaries is read no further than parts are counted', () => {
    const bytes = Buffer.concat([Buffer.from('--'), Buffer.alloc(30_000_000, `${BOUNDARY}\r\n--`)])
    expect(() => scanned(bytes)).toThrow('it has more than 128 parts')
  })
})

it('a head of nothing but blanks is read once', () => {
  // Every way to cut them used to be tried, for minutes, in which nobody else was served.
  const head = `content-type:${' '.repeat(3_900)}\0`
  expect(() => scanForm(form(part(head)), BOUNDARY)).toThrow(SyntaxError)
})

it('a part that is not as long as it says is none', () => {
  const said = (bytes: number) => form(part(`${field('model')}\r\nContent-Length: ${bytes}`, 'gpt-image-2'))
  expect(scanned(said(11))).toHaveLength(1)
  expect(() => scanned(said(5))).toThrow(SyntaxError)
})
