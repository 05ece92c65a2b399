import { describe, expect, it } from 'vitest'
import { scanForm } from '../multipart.ts'
import { namedInForm } from './named-in-form.ts'

const named = (name: string, said: string, more = ''): readonly string[] => {
  const head = `content-disposition: form-data; name="${name}"${more}`
  const bytes = Buffer.from(`--=b=\r\n${head}\r\n\r\n${said}\r\n--=b=--\r\n`)
  return namedInForm(scanForm(bytes, '=b='), bytes)
}

describe('what a form names', () => {
  it.each([
    ['file_id', 'file-1', 'file-1'],
    ['File_ID', 'file-1', 'file-1'],
    ['file_ids[]', 'file-1', 'file-1'],
    ['file_ids[0]', 'file-1', 'file-1'],
    ['file_ids[x]', 'file-1', 'file-1'],
    ['input_reference[file_id]', 'file-1', 'file-1'],
    ['input_reference[FileId]', 'file-1', 'file-1'],
    ['input_reference', '{"file_id":"file-1"}', 'file-1'],
    ['input_reference', ' [{"file_id":"file-1"}]', 'file-1'],
    ['input_reference[image_url]', 'gs://acme/x.png', 'gs://acme/x.png'],
    ['image_url', 'gs://acme/x.png', 'gs://acme/x.png'],
    ['images[][file_id]', 'file-1', 'file-1'],
    ['images[0][file_id]', 'file-1', 'file-1'],
    ['video[id]', 'video_1', 'video_1'],
    ['characters[][id]', 'char_1', 'char_1'],
    ['characters', '[{"id":"char_1"}]', 'char_1'],
    ['source[id]', 'file-1', 'file-1'],
  ])('%s: %s', (name, said, id) => {
    expect(named(name, said)).toEqual([id])
  })

  it.each([
    ['prompt', '{"file_id":"file-1"}'],
    ['prompt', '{"conversation":"two friends on a bridge"}'],
    ['metadata[file_id]', 'file-1'],
    ['metadata', '{"file_id":"file-1"}'],
    ['file_id', ''],
    ['input_reference[image_url]', 'https://example.com/x.png'],
    ['input_reference', '{"file_id":"file-1"'],
    ['model', 'sora-2'],
  ])('are not what %s says: %s', (name, said) => {
    expect(named(name, said)).toEqual([])
  })

  it('is no file that it brings', () => {
    expect(named('input_reference', '{"file_id":"file-1"}', '; filename="x"')).toEqual([])
  })

  it('refuses fields that nest too deeply', () => {
    expect(() => named(`x${'[a]'.repeat(200)}`, 'x')).toThrow(/deeply/)
  })
})
