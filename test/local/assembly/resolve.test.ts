// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are patterns of Fn::Sub.
import { describe, expect, test } from 'vitest';
import { type ResolveContext, resolve } from '../../../local/assembly/resolve.ts';

const context: ResolveContext = {
  template: {
    Resources: {},
    Parameters: { Version: { Default: '6' }, Key: {} },
    Mappings: { Runtimes: { 'us-east-1': { value: 'nodejs24.x' } } },
  },
  pseudoParameters: { 'AWS::Region': 'us-east-1', 'AWS::AccountId': '000000000000' },
  ref: (id) => `ref-${id}`,
  attribute: (id, name) => `${id}.${name}`,
};

describe('intrinsic functions', () => {
  test.each<[unknown, unknown]>([
    ['text', 'text'],
    [{ Ref: 'Queue' }, 'ref-Queue'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ Ref: 'Version' }, '6'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'Queue.Arn'],
    [{ 'Fn::GetAtt': 'Queue.Nested.Arn' }, 'Queue.Nested.Arn'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'B' }, 3]] }, 'a-ref-B-3'],
    [{ 'Fn::Join': ['', { 'Fn::Split': ['/', 'a/b'] }] }, 'ab'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [':', { 'Fn::GetAtt': ['Q', 'a:b'] }] }] }, 'b'],
    [
      { 'Fn::Sub': 'x-${AWS::AccountId}-${Queue}-${Queue.Arn}-${!Literal}' },
      'x-000000000000-ref-Queue-Queue.Arn-${Literal}',
    ],
    [{ 'Fn::Sub': ['${Own}/${Queue}', { Own: { Ref: 'Version' } }] }, '6/ref-Queue'],
    [{ 'Fn::FindInMap': ['Runtimes', { Ref: 'AWS::Region' }, 'value'] }, 'nodejs24.x'],
    [{ a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] }, { b: [1] }],
    [{ Ref: 'AWS::NoValue' }, undefined],
    // Two keys: an object of the user's that happens to hold a key called Ref.
    [
      { Ref: 'a', other: 'b' },
      { Ref: 'a', other: 'b' },
    ],
  ])('%j is %j', (value, expected) => {
    expect(resolve(value, context)).toEqual(expected);
  });

  test.each<[unknown, RegExp]>([
    [{ 'Fn::ImportValue': 'x' }, /Fn::ImportValue is not supported/],
    [{ 'Fn::If': ['c', 1, 2] }, /Fn::If is not supported/],
    [{ Ref: 'Key' }, /parameter Key has no default/],
    [{ 'Fn::FindInMap': ['Runtimes', 'mars', 'value'] }, /finds nothing at Runtimes.mars.value/],
    [{ 'Fn::Select': [3, ['a']] }, /Fn::Select has no item 3/],
    [{ 'Fn::Join': ['-', [{}]] }, /Fn::Join needs text here, got {}/],
  ])('%j is refused', (value, message) => {
    expect(() => resolve(value, context)).toThrow(message);
  });
});
