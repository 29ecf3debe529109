import { describe, expect, it } from 'vitest';
import { eventFrame, eventTypeOf, seqOf, timeInText, typeInText } from './event-text.ts';

const text = (seq: number, type = 'StepDispatched'): string => JSON.stringify({ seq, type, time: 't', data: {} });

describe('an event text', () => {
  it('tells its place and its kind without being parsed', () => {
    expect(seqOf(text(120))).toBe(120);
    expect(typeInText(text(7, 'TaskCompleted'))).toBe('TaskCompleted');
    expect(eventTypeOf('waybill.StepCompleted.v1')).toBe('StepCompleted');
  });
  it('tells when it happened', () => {
    const time = '2026-11-30T10:00:30.710Z';
    expect(timeInText(JSON.stringify({ seq: 1, type: 'A', time, data: { time: 'x' } }))).toBe(Date.parse(time));
    expect(timeInText(JSON.stringify({ time, type: 'A', seq: 1 }))).toBe(Date.parse(time));
    for (const wrong of ['{"seq":1,', '{"seq":1}', 'null', '']) expect(timeInText(wrong)).toBeNaN();
  });
  it('may be written in another way', () => {
    expect(seqOf('{ "type": "A", "seq": 3 }')).toBe(3);
    expect(typeInText('{ "type": "A", "seq": 3 }')).toBe('A');
    expect(eventTypeOf('com.example.other')).toBe('');
  });
  it('is one line of a frame, whatever it is', () => {
    expect(eventFrame('3', 'A', '{ "type": "A",\r\n "seq": 3 }')).toBe(
      'id: 3\nevent: A\ndata: {"type":"A","seq":3}\n\n',
    );
    expect(eventFrame('1', 'A', '{"seq":1,\n nonsense')).toBe('id: 1\nevent: A\ndata: {"seq":1,  nonsense\n\n');
  });
  it('may be none', () => {
    for (const wrong of ['', '{}', '{"seq":0}', '{"seq":"1"}', '{"seq":1.5}', 'null', '{"seq":'])
      expect(seqOf(wrong)).toBeNaN();
  });
});
