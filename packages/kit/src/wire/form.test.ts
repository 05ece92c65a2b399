import { describe, expect, it } from 'vitest'
import { TollgateError } from '../core/errors.ts'
import { editCall } from './edit.ts'
import { formatAt } from './formats.ts'
import { parseCall } from './receive.ts'

const EDITS = '/v1/images/edits'
const picture = () => new Blob([Buffer.from([0x89, 0x50, 0x0d, 0x0a, 0xff])], { type: 'image/png' })

type Entry = readonly [name: string, value: string | Blob]

/** A call as a client sends it, in a form. */
async function received(entries: readonly Entry[], path = EDITS) {
  const data = new FormData()
  for (const [name, value] of entries) data.append(name, value as string)
  const sent = new Response(data)
  const bytes = Buffer.from(await sent.arrayBuffer())
  return parseCall(bytes, path, formatAt(path), sent.headers.get('content-type')!)!
}

const USUAL: readonly Entry[] = [
  ['model', 'gpt-image-2'],
  ['prompt', 'ein Zöllner'],
  ['n', '2'],
  ['image[]', picture()],
  ['image[]', picture()],
]

describe('a form is read', () => {
  it('as its fields, with numbers, lists, and files as their bytes', async () => {
    const { body, model, form, text } = await received(USUAL)
    expect({ ...body }).toEqual({
      model: 'gpt-image-2',
      prompt: 'ein Zöllner',
      n: 2,
      image: [Buffer.from([0x89, 0x50, 0x0d, 0x0a, 0xff]), Buffer.from([0x89, 0x50, 0x0d, 0x0a, 0xff])],
    })
    expect(model).toBe('gpt-image-2')
    expect(form?.parts).toHaveLength(5)
    expect(text).toBe('')
  })

  it('and a field that is repeated is a list', async () => {
    const { body } = await received([...USUAL, ['include', 'a'], ['include', 'b']])
    expect(body.include).toEqual(['a', 'b'])
  })

  it.each<[string, Entry, string]>([
    ['a second model', ['model', 'gpt-image-1-mini'], 'model'],
    ['a second count', ['n', '1'], 'n'],
    ['a model in capitals', ['MODEL', 'x'], 'model'],
    ['a model in brackets', ['model[]', 'x'], 'model'],
    ['a model with an index', ['model[0]', 'x'], 'model'],
    ['a file for a word', ['stream', picture()], 'stream'],
    ['a word that only some take for true', ['stream', '1'], 'stream'],
    ['a size that is none', ['size', '1e3x9'], 'size'],
  ])('but not with %s', async (_, entry, param) => {
    await expect(received([...USUAL, entry])).rejects.toMatchObject({ code: 'invalid_request', param })
  })

  it.each(['-1', '1.0', '1e1', '0x2', '', ' 2', '99999999999999999999'])(
    'nor with %j for a number',
    async (n) => {
      const entries = USUAL.filter(([name]) => name !== 'n')
      await expect(received([...entries, ['n', n]])).rejects.toMatchObject({ param: 'n' })
    },
  )

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="a b"',
    'multipart/form-data; boundary=x; boundary=y',
    'multipart/form-data; charset=utf-16; boundary=x',
  ])('nor where its type is %s', (contentType) => {
    const bytes = Buffer.from('--x\r\n\r\n--x--')
    expect(() => parseCall(bytes, EDITS, formatAt(EDITS), contentType)).toThrow(TollgateError)
  })

  it('and where it is broken, the answer says how', () => {
    const read = () =>
      parseCall(Buffer.from('--x\n'), EDITS, formatAt(EDITS), 'multipart/form-data; boundary=x')
    expect(read).toThrow('The form cannot be read: a boundary does not end its line.')
  })
})

describe('a form is changed', () => {
  it('in the one part that has to be, and in no other byte', async () => {
    const call = await received(USUAL)
    const edited = editCall(call, { model: 'gpt-image-1-mini' })!
    const latin = call.bytes.toString('latin1')
    expect(edited.bytes.toString('latin1')).toBe(latin.replace('gpt-image-2', 'gpt-image-1-mini'))
    expect(edited.body()).toMatchObject({ model: 'gpt-image-1-mini', n: 2 })
  })

  it('not at all where nothing has to change', async () => {
    expect(editCall(await received(USUAL), { model: 'gpt-image-2' })).toBeUndefined()
  })
})
