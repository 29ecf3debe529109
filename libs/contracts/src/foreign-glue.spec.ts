import { describe, expect, it } from 'vitest';
import { foreignGlue } from './foreign-glue.ts';

const english = new Set(
  'a and are at by do does for from how i in is it no of on or so the this to was we what when which who'.split(' '),
);
const subjectOf = (text: string): string => {
  const words = text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  const glue = foreignGlue(words, english);
  return words.filter((word) => !english.has(word) && !glue.has(word)).join(' ');
};

describe('glue of other languages', () => {
  it.each([
    ['Wie lange ist die Kündigungsfrist?', 'kündigungsfrist'],
    ['Was passiert, wenn ein Mitglied der Gruppe ausfällt?', 'mitglied gruppe ausfällt'],
    ['Warum kündigen?', 'kündigen'],
    ['Fuer wen gilt die Regel, und koennen wir sie aendern?', 'gilt regel aendern'],
    ['Quelle est la durée du préavis ?', 'durée préavis'],
    ["Qu'est-ce que c'est qu'un bordereau d'expédition ?", 'bordereau expédition'],
    ['Comment résilier le contrat ?', 'résilier contrat'],
    ['¿Cuál es el plazo de preaviso?', 'plazo preaviso'],
    ['Cuantos dias de vacaciones tienen los empleados', 'dias vacaciones empleados'],
    ["Quanto dura il periodo di preavviso dell'inquilino?", 'dura periodo preavviso inquilino'],
    ['Perché non posso disdire?', 'disdire'],
    ['Qual é o prazo de aviso prévio?', 'prazo aviso prévio'],
    ['Quantos dias de férias têm os empregados?', 'dias férias empregados'],
    ['Hoe lang is de opzegtermijn?', 'opzegtermijn'],
    ['Waarom moet ik het formulier invullen?', 'formulier invullen'],
  ])('%s asks for: %s', (question, subject) => expect(subjectOf(question)).toBe(subject));

  it.each([
    ['What happens when the members die in a war?', 'happens members die war'],
    ['die casting', 'die casting'],
    ['Is the hoe sharp?', 'hoe sharp'],
    ['Who was in Die Hard?', 'die hard'],
    ['What is the van der Waals force?', 'van der waals force'],
    ['weather of Los Angeles, Las Vegas and Rio de Janeiro', 'weather los angeles las vegas rio de janeiro'],
    ['How do I comment on Le Monde?', 'comment le monde'],
    ['How does “wie geht es” translate?', 'wie geht es translate'],
    ['pour son for sale: no car, but plus a man', 'pour son sale car but plus man'],
    ['session.timeout.ms', 'session timeout ms'],
  ])('leaves English as it is: %s', (question, subject) => expect(subjectOf(question)).toBe(subject));
});
