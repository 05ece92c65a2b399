import { budgetReserve, usageReconcile } from '@tollgate/kit'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { existingService, whoever } from '../support/service.ts'
import { target } from '../support/target.ts'

const EDITS = '/v1/images/edits'
const SPOKEN = '/v1/audio/transcriptions'
const part = (head: string, content: string) =>
  `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`
const field = (name: string, value: string) => part(`name="${name}"`, value)
const FILE = part('name="image"; filename="a.png"', '\x89PNG')
const MODEL = field('model', 'gpt-image-2')
const form = (...parts: readonly string[]) => `${parts.join('')}--b--\r\n`
const FORM_TYPE = ['content-type', 'multipart/form-data; boundary=b']

describe('a form that two readers may read in two ways', () => {
  const { expectRefused } = target()
  const refused = (body: string, param: string | null = null, path = EDITS) =>
    expectRefused({ path, body, headers: FORM_TYPE }, { param })

  it.each([
    ['a model given twice', form(MODEL, field('model', 'gpt-image-1-mini'), FILE), 'model'],
    ['a model in capitals', form(MODEL, field('Model', 'gpt-image-1-mini'), FILE), 'model'],
    ['a model in a list', form(field('model[]', 'gpt-image-2'), FILE), 'model'],
    ['a model in a file', form(part('name="model"; filename="m"', 'gpt-image-2'), FILE), 'model'],
    ['a count given twice', form(MODEL, field('n', '1'), field('n', '10'), FILE), 'n'],
    ['a count that is none', form(MODEL, field('n', '1e1'), FILE), 'n'],
    ['more than can be asked for', form(MODEL, field('n', '11'), FILE), 'n'],
    ['a stream that only some take for one', form(MODEL, field('stream', 'True'), FILE), 'stream'],
    ['no model', form(FILE), 'model'],
  ])('is refused, naming the field: %s', (_, body, param) => refused(body, param))

  it.each([
    ['it is not closed', form(MODEL, FILE).replace('--b--', '--b')],
    ['its boundary stands in a file', form(MODEL, part('name="image"; filename="a"', '\n--b\nx'))],
    ['its lines end in line feeds', form(MODEL, FILE).replaceAll('\r\n', '\n')],
    ['a name is folded', form(part('\r\n name="model"', 'x'), FILE)],
    ['it is JSON', '{"model":"gpt-image-2"}'],
    ['it is empty', ''],
  ])('is refused: %s', (_, body) => refused(body))

  it('is refused without its file', () => refused(form(field('model', 'whisper-1')), 'file', SPOKEN))
})

describe('a body of another type', () => {
  const { expectRefused } = target()
  it.each([
    [SPOKEN, 'application/json'],
    [SPOKEN, 'application/x-www-form-urlencoded'],
    [EDITS, 'text/plain'],
    ['/v1/images/generations', 'multipart/form-data; boundary=b'],
    ['/v1/chat/completions', 'multipart/form-data; boundary=b'],
  ])('is not taken at %s: %s', (path, type) =>
    expectRefused(
      { path, body: form(MODEL, FILE), headers: ['content-type', type] },
      { status: 415, code: 'unsupported_media_type' },
    ),
  )
})

it('a form whose bytes the host has consumed cannot be passed on: it says what to mount where', async () => {
  const { post, provider } = await existingService({
    routes: (app, { options }) =>
      void app.post(
        EDITS,
        // What a reader of forms leaves behind: the stream read, and the fields as an object.
        (req, _res, next) => {
          req.resume().once('end', () => {
            req.body = { model: 'gpt-image-2' }
            next()
          })
        },
        whoever,
        budgetReserve(options),
        usageReconcile(options),
        (_req, res) => void res.json({}),
      ),
  })
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  const answer = await post(EDITS, undefined, { body: form(MODEL, FILE), headers })
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ error: { code: 'misassembled' } })
  expect(provider.requests).toHaveLength(0)
})

it('a form that the host has kept as bytes is read like any other', async () => {
  const seen: unknown[] = []
  const { post } = await existingService({
    routes: (app, { options }) =>
      void app.post(
        EDITS,
        express.raw({ type: 'multipart/form-data' }),
        whoever,
        budgetReserve(options),
        usageReconcile(options),
        (req, res) => {
          seen.push(req.body)
          res.json({ data: [], usage: { input_tokens: 1, output_tokens: 1 } })
        },
      ),
  })
  const body = Buffer.from(form(MODEL, FILE), 'latin1')
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  expect((await post(EDITS, undefined, { body, headers })).status).toBe(200)
  expect(seen).toEqual([body])
})
