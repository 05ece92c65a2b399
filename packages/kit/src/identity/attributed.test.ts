import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../core/errors.ts'
import { accountPath, type Principal } from '../directory/principal.ts'
import { type AttributionOptions, attributed } from './attributed.ts'

const ADA: Principal = { org: 'acme', team: 'science', key: 'ada', tags: { owner: 'ada' } }

const asking = (headers: Record<string, string>) => ({ headers, url: '/v1/x' }) as unknown as IncomingMessage

function caller(headers: Record<string, string>, options: AttributionOptions = {}, who = ADA) {
  try {
    return attributed(() => who, options)(asking(headers)) as Principal
  } catch (error) {
    if (!TollgateError.is(error)) throw error
    return [error.code, error.param, error.publicMessage]
  }
}

const projects = (required: boolean): AttributionOptions => ({
  projects: ({ team }) => ({
    required,
    names: ['q4', 'search'],
    has: (id) => team === 'science' && id !== 'other',
  }),
})
const said = (text: string) => ['invalid_request', 'x-tollgate-project', expect.stringContaining(text)]

describe('the project of a request', () => {
  it('joins the accounts that are charged', () => {
    const known = caller({ 'x-tollgate-project': 'q4' }, projects(true))
    expect(accountPath(known as Principal)).toEqual(['org:acme', 'team:science', 'project:q4', 'key:ada'])
  })

  it('may be required, and the refusal says how to name it', () => {
    expect(caller({}, projects(false))).toEqual(ADA)
    expect(caller({}, projects(true))).toEqual(
      said(
        'Team science’s calls say which project they are for. Send the header `x-tollgate-project: <id>` (one of q4, search)',
      ),
    )
    expect(caller({}, { ...projects(true), isFree: () => true })).toEqual(ADA)
  })

  it.each([
    [
      'at once',
      () => {
        throw new Error('10.1.2.3 is away')
      },
    ],
    [
      'in a while',
      async () => {
        throw new Error('10.1.2.3 is away')
      },
    ],
  ])('is nobody’s while the projects cannot be read %s', async (_, away) => {
    const asked = asking({ 'x-tollgate-project': 'q4' })
    for (const projects of [away, () => ({ required: true, has: away })]) {
      const known = Promise.resolve(asked).then(attributed(() => ADA, { projects }))
      await expect(known).rejects.toMatchObject({ code: 'ledger_unavailable', status: 503 })
    }
  })

  it('is one that the caller has', () => {
    const none = said('There is no project "other" for team science. Name another')
    for (const required of [true, false])
      expect(caller({ 'x-tollgate-project': 'other' }, projects(required))).toEqual(none)
    expect(caller({ 'x-tollgate-project': 'q4' })).toEqual(said('There is no project "q4"'))
    for (const odd of ['', ' ', 'q4, search'])
      expect(caller({ 'x-tollgate-project': odd }, projects(false))).toEqual(said('names one project'))
  })

  it('is that of a key that is bound to one, whatever its team must say', () => {
    const bound = { ...ADA, project: 'q4' }
    expect(caller({}, projects(true), bound)).toEqual(bound)
    expect(caller({ 'x-tollgate-project': 'q4' }, projects(true), bound)).toEqual(bound)
    expect(caller({ 'x-tollgate-project': 'search' }, projects(true), bound)).toEqual(
      said('This key is bound to project q4'),
    )
  })

  it('may have to be asked for', async () => {
    const options: AttributionOptions = {
      projects: async () => ({ required: true, has: async (id) => id === 'q4' }),
    }
    const authenticate = attributed(async () => ADA, options)
    expect(await authenticate(asking({ 'x-tollgate-project': 'q4' }))).toMatchObject({ project: 'q4' })
    await expect(async () => authenticate(asking({}))).rejects.toThrow('say which project')
    await expect(async () => authenticate(asking({ 'x-tollgate-project': 'x' }))).rejects.toThrow(
      'no project "x"',
    )
  })

  it('never makes anybody else of the caller', () => {
    const header = fc.constantFrom('x-tollgate-project', 'x-tollgate-tags', 'x-team-id', 'x-portkey-metadata')
    fc.assert(
      fc.property(fc.dictionary(header, fc.string()), (headers) => {
        const known = caller(headers, projects(false))
        if (Array.isArray(known)) return
        const { project: _, tags, ...rest } = known
        expect({ ...rest, tags: ADA.tags }).toEqual(ADA)
        expect(tags?.owner).toBe('ada')
      }),
    )
  })
})

describe('the tags of a request', () => {
  const tags = (headers: Record<string, string>, options?: AttributionOptions) => {
    const known = caller(headers, options)
    return Array.isArray(known) ? known[1] : known.tags
  }

  it('are read from every header that has some, ours first, and the key’s own win', () => {
    expect(
      tags({
        'x-tollgate-tags': 'feature=search, owner=eve, odd=a%2Cb%3D1',
        'x-litellm-tags': 'batch,nightly',
        'x-portkey-metadata': '{"feature":"other","env":"prod","depth":2,"deep":{}}',
        'cf-aig-metadata': 'not json',
      }),
    ).toEqual({
      feature: 'search',
      owner: 'ada',
      odd: 'a,b=1',
      batch: 'true',
      nightly: 'true',
      env: 'prod',
      depth: '2',
    })
    expect(tags({ 'x-litellm-tags': 'batch' }, { tagSources: ['x-tollgate-tags'] })).toEqual({ owner: 'ada' })
  })

  it.each(['feature', '=search', 'feature=', '%=1', 'a=%0a', `${'n'.repeat(65)}=1`, `a=${'v'.repeat(257)}`])(
    '%j is no tag of ours',
    (text) => {
      expect(tags({ 'x-tollgate-tags': text })).toBe('x-tollgate-tags')
    },
  )

  it('are sixteen at the most: ours are refused beyond, others are left out', () => {
    const many = Array.from({ length: 17 }, (_, at) => `t${at}`)
    expect(tags({ 'x-tollgate-tags': many.map((name) => `${name}=1`).join() })).toBe('x-tollgate-tags')
    expect(Object.keys(tags({ 'x-litellm-tags': many.join() })!)).toHaveLength(17)
  })

  it('of any text are few and short', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), fc.json(), (text, json) => {
        const found = tags({ 'x-litellm-tags': text, 'x-portkey-metadata': json }) as Record<string, string>
        expect(Object.keys(found).length).toBeLessThanOrEqual(17)
        for (const [name, value] of Object.entries(found))
          expect(name.length + value.length).toBeLessThan(330)
      }),
    )
  })
})
