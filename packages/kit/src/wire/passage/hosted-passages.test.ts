import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { nanoUsd } from '../../core/money.ts'
import { azureProvider } from '../hosts/azure.ts'
import { bedrockProvider } from '../hosts/bedrock.ts'
import { vertexProvider } from '../hosts/vertex.ts'
import type { PassedProvider } from './http-provider.ts'
import { type Passage, providerPassages } from './passages.ts'

const token = () => 'a-token'
const azure = azureProvider({ baseUrl: 'https://acme.openai.azure.com', apiKey: 'k' })
const dated = azureProvider({
  baseUrl: 'https://acme.openai.azure.com',
  apiKey: 'k',
  apiVersion: '2024-10-21',
})
const vertex = vertexProvider({ project: 'acme', location: 'europe-west4', token })
const bedrock = bedrockProvider({ region: 'eu-central-1', apiKey: 'k' })
const openai = { name: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' } as const

function passage(line: string, ...providers: readonly PassedProvider[]): Passage | undefined {
  const [method, url] = line.split(' ')
  const req = { method, url, headers: {} } as unknown as IncomingMessage
  return providerPassages({ providers }).resolve(req)
}

function where(line: string, ...providers: readonly PassedProvider[]): string | undefined {
  const found = passage(line, ...providers)
  return found && `${found.baseUrl}${found.path} ${found.cost}`
}

describe('what an Azure resource is asked besides calls of models', () => {
  const V1 = 'https://acme.openai.azure.com/openai/v1'
  const DATED = 'https://acme.openai.azure.com/openai'

  it.each([
    ['GET /azure/openai/v1/files', `${V1}/files nothing`],
    ['GET /azure/v1/files?limit=2&api-version=preview', `${V1}/files?limit=2 nothing`],
    ['GET /azure/openai/files?api-version=2024-10-21', `${V1}/files nothing`],
    ['POST /azure/openai/v1/batches', `${V1}/batches unknown`],
    ['POST /azure/batches/b/cancel', `${V1}/batches/b/cancel nothing`],
    ['POST /azure/openai/v1/fine_tuning/jobs', `${V1}/fine_tuning/jobs unknown`],
    ['GET /v1/files', `${V1}/files nothing`],
  ])('%s: %s', (line, there) => {
    expect(where(line, azure)).toBe(there)
  })

  it('in the operator’s version, whichever one the client names', () => {
    const query = 'api-version=2024-10-21'
    expect(where('GET /azure/openai/files?api-version=2099-01-01', dated)).toBe(
      `${DATED}/files?${query} nothing`,
    )
    expect(where('POST /azure/openai/batches', dated)).toBe(`${DATED}/batches?${query} unknown`)
    expect(where('GET /azure/openai/files?limit=2&API-Version=2099-01-01', dated)).toBe(
      `${DATED}/files?${query}&limit=2 nothing`,
    )
    expect(where('GET /azure/v1/files?Api-Version=preview', azure)).toBe(`${V1}/files nothing`)
  })

  it.each([
    'GET /azure/openai/v1/models',
    'GET /azure/openai/deployments?api-version=2022-12-01',
    'POST /azure/openai/deployments',
    'PUT /azure/openai/deployments/mini',
    'POST /azure/openai/deployments/mini/chat/completions',
    'POST /azure/openai/v1/realtime/client_secrets',
    'POST /azure/openai/realtime/sessions',
    'POST /azure/openai/v1/v1/realtime/client_secrets',
    'POST /azure/openai/openai/v1/batches',
    'GET /azure/openai/v1/FILES',
    'GET /azure/openai/v1/files?subscription-key=k',
    'PUT /azure/openai/v1/files',
    'GET /azure/contentsafety/text:analyze',
    'POST /azure/vision/v3.2/analyze',
  ])('nobody is let through to %s', (line) => {
    expect(passage(line, azure)).toBeUndefined()
    expect(passage(line, dated)).toBeUndefined()
  })

  it('is found by OpenAI’s own paths where OpenAI itself is not there', () => {
    expect(where('GET /v1/files', azure, openai)).toBe('https://api.openai.com/v1/files nothing')
  })
})

describe('what Vertex AI is asked besides calls of models', () => {
  const HOST = 'https://europe-west4-aiplatform.googleapis.com'
  const PLACE = '/projects/acme/locations/europe-west4'
  const VEO = '/publishers/google/models/veo-3.0'

  it.each([
    [
      `GET /vertex/v1beta1${PLACE}/batchPredictionJobs?pageSize=2`,
      `/v1beta1${PLACE}/batchPredictionJobs?pageSize=2 nothing`,
    ],
    [`POST /vertex/v1${PLACE}/batchPredictionJobs`, `/v1${PLACE}/batchPredictionJobs unknown`],
    ['GET /vertex/batchPredictionJobs/1', `/v1${PLACE}/batchPredictionJobs/1 nothing`],
    ['POST /vertex/v1/batchPredictionJobs/1:cancel', `/v1${PLACE}/batchPredictionJobs/1:cancel nothing`],
    ['POST /vertex/tuningJobs', `/v1${PLACE}/tuningJobs unknown`],
    [`POST /vertex/v1beta1${PLACE}/cachedContents`, `/v1beta1${PLACE}/cachedContents unknown`],
    ['PATCH /vertex/cachedContents/c', `/v1${PLACE}/cachedContents/c unknown`],
    ['DELETE /vertex/cachedContents/c', `/v1${PLACE}/cachedContents/c nothing`],
    [`POST /vertex${VEO}:predictLongRunning`, `/v1${PLACE}${VEO}:predictLongRunning unknown`],
    [`POST /vertex${VEO}:fetchPredictOperation`, `/v1${PLACE}${VEO}:fetchPredictOperation nothing`],
  ])('%s: %s', (line, there) => {
    expect(where(line, vertex)).toBe(HOST + there)
  })

  it.each([
    // Its token is good for all of the operator's cloud.
    'GET /vertex/v1/projects/other/locations/europe-west4/batchPredictionJobs',
    'GET /vertex/v1/projects/acme/locations/us-central1/batchPredictionJobs',
    `POST /vertex/v1${PLACE}/customJobs`,
    `POST /vertex/v1${PLACE}/pipelineJobs`,
    `POST /vertex/v1${PLACE}/endpoints/1:deployModel`,
    `POST /vertex/v1${PLACE}/endpoints/1:predict`,
    `POST /vertex/v1${PLACE}/models:upload`,
    `POST /vertex/v1${PLACE}/reasoningEngines`,
    `POST /vertex/v1${PLACE}/batchPredictionJobs/1:setIamPolicy`,
    `DELETE /vertex/v1${PLACE}/operations/1`,
    'GET /vertex/v1/projects/acme',
    'GET /vertex/storage/v1/b/bucket/o',
    // Calls of models by another verb.
    'POST /vertex/publishers/anthropic/models/claude-haiku-4-5:rawPredict',
    'POST /vertex/publishers/anthropic/models/claude-haiku-4-5:predict',
    'POST /vertex/publishers/google/models/gemini-2.5-pro:rawPredict',
    'POST /vertex/publishers/google/models/gemini-2.5-pro:generateContent',
    'POST /vertex/publishers/google/models/gemini-2.5-pro:PREDICT',
    'GET /vertex/batchPredictionJobs?$httpMethod=POST',
    'GET /vertex/batchPredictionJobs?access_token=t',
    // It is called by its name alone.
    'GET /v1beta/cachedContents',
    'GET /v1/batchPredictionJobs',
  ])('nobody is let through to %s', (line) => {
    expect(passage(line, vertex)).toBeUndefined()
  })
})

describe('what Bedrock is asked besides calls of models', () => {
  const RUNTIME = 'https://bedrock-runtime.eu-central-1.amazonaws.com'
  const CONTROL = 'https://bedrock.eu-central-1.amazonaws.com'

  it.each([
    ['POST /bedrock/model-invocation-job', `${CONTROL}/model-invocation-job unknown`],
    [
      'GET /bedrock/model-invocation-jobs?maxResults=2',
      `${CONTROL}/model-invocation-jobs?maxResults=2 nothing`,
    ],
    ['GET /bedrock/model-invocation-job/abc', `${CONTROL}/model-invocation-job/abc nothing`],
    ['POST /bedrock/model-invocation-job/abc/stop', `${CONTROL}/model-invocation-job/abc/stop nothing`],
    ['POST /bedrock/model-customization-jobs', `${CONTROL}/model-customization-jobs unknown`],
    ['GET /bedrock/model-customization-jobs/abc', `${CONTROL}/model-customization-jobs/abc nothing`],
    ['GET /bedrock/async-invoke', `${RUNTIME}/async-invoke nothing`],
    ['POST /bedrock/async-invoke', `${RUNTIME}/async-invoke unknown`],
    ['POST /bedrock/guardrail/g/version/1/apply', `${RUNTIME}/guardrail/g/version/1/apply unknown`],
  ])('%s: %s', (line, there) => {
    expect(where(line, bedrock)).toBe(there)
  })

  it.each([
    'POST /bedrock/model/amazon.nova-lite-v1:0/converse',
    'POST /bedrock/model/amazon.nova-lite-v1:0/invoke',
    'POST /bedrock/model/anthropic.claude-3/invoke-with-response-stream',
    'POST /bedrock/provisioned-model-throughput',
    'PUT /bedrock/logging/modelinvocations',
    'GET /bedrock/foundation-models',
    'POST /bedrock/guardrails',
    'DELETE /bedrock/custom-models/m',
    'POST /bedrock/model-invocation-job/abc',
    'PUT /bedrock/model-invocation-job',
    'GET /bedrock/',
  ])('nobody is let through to %s', (line) => {
    expect(passage(line, bedrock)).toBeUndefined()
  })

  it('nothing of jobs where it is reached at an address of the operator’s, until that says where those are made', () => {
    const at = (controlUrl?: string) =>
      bedrockProvider({
        region: 'x',
        apiKey: 'k',
        baseUrl: 'https://in.example',
        ...(controlUrl && { controlUrl }),
      })
    expect(passage('POST /bedrock/model-invocation-job', at())).toBeUndefined()
    expect(where('POST /bedrock/async-invoke', at())).toBe('https://in.example/async-invoke unknown')
    const stated = at('https://jobs.example')
    expect(where('POST /bedrock/model-invocation-job', stated)).toBe(
      'https://jobs.example/model-invocation-job unknown',
    )
  })

  it('is held before it is signed, and passes as it comes under a key', () => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    const signed = bedrockProvider({ region: 'eu-central-1', credentials })
    expect(passage('POST /bedrock/async-invoke', signed)?.heldBytes).toBe(20 * 1024 * 1024)
    expect(passage('POST /bedrock/async-invoke', bedrock)).not.toHaveProperty('heldBytes')
  })
})

it('a meter of a host’s is by its own name for a path, or by all of it', () => {
  const meter = (cents: number) => ({ unit: 'job', reserve: nanoUsd(cents * 10_000_000) })
  const meters = {
    'POST /batchPredictionJobs': meter(1),
    'POST /v1/projects/acme/locations/europe-west4/tuningJobs': meter(2),
  }
  const cost = (line: string) => {
    const found = passage(line, { ...vertex, meters })?.cost
    return typeof found === 'object' ? found.reserve / 10_000_000 : found
  }
  expect(cost('POST /vertex/v1beta1/projects/acme/locations/europe-west4/batchPredictionJobs')).toBe(1)
  expect(cost('POST /vertex/tuningJobs')).toBe(2)
  expect(cost('POST /vertex/cachedContents')).toBe('unknown')
})
