import { describe, expect, it } from 'vitest'
import { isResource, storedId } from './stored-id.ts'

const GEMINI = 'https://generativelanguage.googleapis.com'

describe('the one way to write an id', () => {
  it.each([
    ['file-1', 'file-1'],
    ['files/abc', 'files/abc'],
    [`${GEMINI}/v1beta/files/abc?alt=media#x`, 'files/abc'],
    ['https://me@generativelanguage.googleapis.com/v1beta/files/abc', 'files/abc'],
    ['https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/tuningJobs/1', 'tuningJobs/1'],
    ['projects/p/locations/l/batchPredictionJobs/1', 'batchPredictionJobs/1'],
    ['models/veo/operations/o1', 'models/veo/operations/o1'],
    ['arn:aws:bedrock:eu-west-1:1:model-invocation-job/abc', 'abc'],
  ])('%s', (said, id) => {
    expect(storedId(said)).toBe(id)
  })

  it.each([
    'gs://acme/files/mine',
    `${GEMINI}/v1beta/generatedFiles/theirs?x=/files/mine`,
    `${GEMINI}/v1beta/generatedFiles/theirs#/files/mine`,
    'generatedFiles/theirs?x=/files/mine',
    'files/mine/../theirs',
    'https://storage.googleapis.com/acme/files/mine',
    'https://storage.mtls.googleapis.com/acme/files/mine',
    'https://content-storage.googleapis.com/acme/files/mine',
    'https://www.googleapis.com/storage/v1/b/acme/o/files%2Fmine?alt=media',
    'https:storage.googleapis.com/acme/files/mine',
    'https://me@storage.googleapis.com/acme/files/mine',
    'https:\\\\storage.googleapis.com\\acme/files/mine',
    'https://www.googleapis.com/drive/v3/files/mine',
  ])('is nobody’s for what only ends like one: %s', (said) => {
    expect(storedId(said)).toBe(said)
    expect(isResource(said)).toBe(false)
  })

  it.each([
    'https://example.com/files/mine',
    'https://youtu.be/x',
    'HTTPS:example.com/files/mine',
    'ftp://example.com/files/mine',
    '//example.com/x',
  ])('is none for the page of somebody else: %s', (said) => {
    expect(storedId(said)).toBeUndefined()
  })
})
