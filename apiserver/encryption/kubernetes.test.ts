/** What kube-apiserver 1.20.2 stored, with a key of 32 bytes that are all 1, is read here. */
import assert from 'node:assert/strict';
import { builtinKinds } from '../../api/kinds/index.js';
import { parseEncryptionConfig } from './config.js';
import type { CipherName } from './providers.js';
import { Transformer } from './transform.js';

/** The ConfigMap default/CIPHER with the data {a: b}, after 'k8s:enc:CIPHER:v1:key1:', in base64. */
const written: Record<CipherName, string> = {
  secretbox:
    'O77Zw7VsEd4/D9tYA04JKbDO7F1jqlbiP+fPbWSWT+lJsR8Q4WJj9T7bXLrlYVcl6gbqZddEBIyv484/3km9j2LyxAF55f4vL2eBFFsXemC7' +
    'pt1WqFL0ED1JIS6N1xOu6HTAdA0k9MN3VS5Lhbs3zvwoLBnb89/S86S7DH4IRnk+so7ZTE3zIlECTGJHf/KF0fMvnKdWBOYcV4Gpp9zJ5xQz' +
    'j1p5SdaIGWc1IfOX0JDBq+xaNljLVGOU/oXJEdDCCwuQ0mKeb6/R7Qc/akXbBessYXrQIFqAQZOn6zkWt5gJdkEDl2bqKWcIYgcSAysEqab6' +
    '1OXw3/cMSWYNXmDZ+zZsonOEgj7K6VowtQ4SnrzDhcpmYNysnuSS1e1ahqnHVvH7Db6KtBJz8f3k1z5o7G3OSSVIifIflanUpG7cagVTZ6X5' +
    'oTnX9Cu37mUu6AgoagW+NnNSTtno8bhbCjF2KjE3WKVPtYl69f6RNU/Nu5wzs5vXFT1t3yMWhSRZ0FYO2PDeJCwBNmDs25+U8SWaS6nEjPYT' +
    'hcyG',
  aesgcm:
    'gGaLUbZr4R/4pZ3/AYMPn8EmB3lHPkILznikurybO/0pNR+PujnUfaxd9uvLcp/EnerNTCr1djjndU3EsfwMVjG/0yMUYw34MtPPV2MXXjhi' +
    'hNtBxUNOiymbE0q/u5R5GF3xccAPAForXt6xwijl9T5/UNI5tPEGI7UsjCGgxrdRvb8L4lWfDGoPGD7NP6tPG/lOMrGea2Rgfq4mIBLPOOp2' +
    'jvvnnzmzaoCwItbaXX6XNqTJB/V76tKS1PkEWKVcnk22h/6FRAxsL8GTwCHxpdZBKta6BXgJfbIsxtDL/96k6/3X816/CIRnNQZpnryW8L+/' +
    'qUqpb0q2TPvmrIfkfJUAukTUpEPBm9JE8K8aPKQv20k+e8VYx1L6ZvyCoPM1jRWaug7S67+v4V7bpz02ZN4V2uwPY/AOgiXrhsJAKlm+FHD3' +
    'fIYMhPvB1bJpYjoETCySz2coevKasi8w577KtN1l1mSOFjsG/AJcFjEy+coaek9ksFR23rQZwQdyIL103HG+2YTExNS6',
  aescbc:
    'khT8kuQwPmBbzbrA9GA2Vcv/bx87XbtDx8cDw9vf7uW26YhoWodptjYWApbgKjqfw3s1Y3Xj3PGv3wtqiU/37cMze5G90/XSZn6cBiGoxE+0' +
    'FmiiQl62eHuiBvM0VYRh3sfsiM1MPcMvnGtGWVR6hqpvTxfIzr1RcnWirTb9tHr+cKhOkzQLcggNYhV6RjQkSDZsT/pppCggeljhqAPPUj8G' +
    'mekTRjFJls8mIM25SMp6nl+rlZjUksmFsj89SicfG8FVmnZn0IBZw3Grs3/QDyNY0Y3pMBeE/vgRHeFf6b01NaE9T2ZP/nY19kCZG+5sxrJj' +
    'XLri78dyzL/O3KzL43nmZB8WQeHfsnKA2yYyiZqrHQwpivEdiRiYvJ3bdPqjsh6rKgBzjX8sn0HzW9rNS80hBgx5jkSKZQtgYshJJ/kd7JqF' +
    'eUKeSAgXTcAYdOItKy4ScqQ4rGw5WvScVO4e/2OtIKrGljOU3fSExd2+elQwz+H0bEceG5a3jDvO+CRl',
};

describe('a value that kube-apiserver hid', () => {
  const secret = Buffer.alloc(32, 1).toString('base64');
  for (const [cipher, sealed] of Object.entries(written))
    it(`is read: ${cipher}`, () => {
      const config = {
        apiVersion: 'apiserver.config.k8s.io/v1',
        kind: 'EncryptionConfiguration',
        resources: [{ resources: ['configmaps'], providers: [{ [cipher]: { keys: [{ name: 'key1', secret }] } }] }],
      };
      const transformer = new Transformer(parseEncryptionConfig(JSON.stringify(config), 'test'), builtinKinds);
      const stored = Buffer.concat([Buffer.from(`k8s:enc:${cipher}:v1:key1:`), Buffer.from(sealed, 'base64')]);
      const { value, stale } = transformer.open(`/registry/configmaps/default/${cipher}`, stored);
      const { kind, metadata, data } = JSON.parse(Buffer.from(value).toString());
      assert.deepEqual([kind, metadata.name, data, stale], ['ConfigMap', cipher, { a: 'b' }, false]);
    });
});
