import { describe, expect, it } from 'vitest'
import { isBelow, isInBucket, isOperators } from './addresses.ts'

describe('an address leads to what is kept for the operator', () => {
  it.each([
    'gs://acme/x.png',
    'GS://acme/x.png',
    ' s3://acme/x.png',
    'bq://project.set.table',
    'gs%3A%2F%2Facme/x.png',
    'gs%253A//acme/x.png',
    'https://generativelanguage.googleapis.com/v1beta/files/abc',
    'https://generativelanguage.googleapis.com./v1beta/files/abc',
    'https://generativelanguage.googleapis.com:443/v1beta/files/abc',
    '//eu-aiplatform.googleapis.com/v1/x',
    'https://aiplatform.eu.rep.googleapis.com/v1/x',
    'https://me@generativelanguage.googleapis.com/v1beta/files/abc',
    'https://me:x@generativelanguage.googleapis.com/v1beta/files/abc',
    'https:generativelanguage.googleapis.com/v1beta/files/abc',
    'https:/\\generativelanguage.googleapis.com\\v1beta/files/abc',
    'https:////generativelanguage.googleapis.com/v1beta/files/abc',
    'https://generative\tlanguage.googleapis.com/v1beta/files/abc',
    'g\ns://acme/x.png',
    `gs://acme/${'x'.repeat(1000)}%zz`,
  ])('%s', (address) => {
    expect(isOperators(address)).toBe(true)
  })

  it.each([
    'https://example.com/gs://acme/x.png',
    'https://example.com/?of=https://generativelanguage.googleapis.com/',
    'https://maps.googleapis.com/maps/api/staticmap?center=x',
    'https://storage.googleapis.com/open/x.png',
    'https://generativelanguage.googleapis.com.example.com/v1beta/files/abc',
    `data:image/png;base64,${'A'.repeat(5000)}`,
    'gs:/acme',
    'https://example.com/@generativelanguage.googleapis.com/',
    'https://example.com#@generativelanguage.googleapis.com/',
    '',
  ])('and this one does not: %s', (address) => {
    expect(isOperators(address)).toBe(false)
    expect(isInBucket(address)).toBe(false)
  })
})

describe('what is below a prefix', () => {
  it.each([
    ['gs://acme', 'gs://acme/x.png', true],
    ['gs://acme/', 'gs://acme/x.png', true],
    ['gs://acme/in', 'gs://acme/in/../x.png', true],
    ['gs://acme', 'gs://acme-secret/x.png', false],
    ['gs://acme/in', 'gs://acme/inside/x.png', false],
    ['gs://acme', 'GS://acme/x.png', false],
    ['gs://acme', 'gs%3A//acme/x.png', false],
    ['gs://acme', ' gs://acme/x.png', false],
  ])('%s: %s', (prefix, address, below) => {
    expect(isBelow([prefix], address)).toBe(below)
    expect(isBelow(undefined, address)).toBe(false)
  })
})
