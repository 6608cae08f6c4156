import { expect, it } from 'vitest'
import { splitStatements } from '../support/schema-sections.ts'

it('splits statements without their comments, and leaves a hash with two dashes whole', () => {
  const sql = "INSERT INTO hashes VALUES ('a--b'); -- what it is\n-- a line of its own\n--\nSELECT 1;\n"
  expect(splitStatements(sql)).toEqual(["INSERT INTO hashes VALUES ('a--b')", 'SELECT 1'])
})
