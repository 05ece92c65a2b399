import { describe, expect, it } from 'vitest'
import { namedInQuery } from './named-in-query.ts'

describe('what a query names', () => {
  it.each<[string, readonly string[]]>([
    ['?name=files/theirs', ['files/theirs']],
    ['parent=corpora%2Ftheirs', ['corpora/theirs']],
    ['alt=json&fileName=files/theirs', ['files/theirs']],
    ['config.cachedContent=theirs', ['theirs']],
    ['file_ids[]=file-1&file_ids[]=file-2', ['file-1', 'file-2']],
    ['input_reference[file_id]=file-1', ['file-1']],
    ['source.uri=gs://acme/x', ['gs://acme/x']],
  ])('%s', (query, named) => {
    expect(namedInQuery(query)).toEqual(named)
  })

  it.each([
    '',
    '?',
    'after=file-abc&limit=20&order=asc',
    'include[]=step_details.tool_calls[*].file_search.results[*].content',
    'alt=media',
    'upload_id=up-1&upload_protocol=resumable',
    'updateMask=displayName,file_id',
    'pageSize=10&pageToken=abc',
    'api-version=2024-10-21',
  ])('is not: %s', (query) => {
    expect(namedInQuery(query)).toEqual([])
  })
})
