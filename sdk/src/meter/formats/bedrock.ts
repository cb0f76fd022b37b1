/**
 * Bedrock's JSON answers: of Converse, and of InvokeModel where the model's own answer has its usage. Who asked says which model.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
import { isObject } from '../../../../domain/json.ts';
import { readText, takeNames, type WireFormat } from './wire-format.ts';

export const bedrock: WireFormat = {
  wanted: {
    paths: new Set(['id', 'usage', 'serviceTier.type']),
    text: new Set(['text']),
  },
  // Of a model's own stream, by InvokeModel.
  isOutputCountedLast: true,
  read(document, answer) {
    takeNames(answer, {
      // The name within an answer is the maker's, which has other prices than the one that Bedrock knows.
      model: undefined,
      responseId: readText(document, 'id'),
      serviceTier: readText(document, 'serviceTier.type'),
    });
    const usage = document.get('usage');
    if (isObject(usage)) answer.usage = usage;
  },
};
