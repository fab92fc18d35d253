// What a login at another device needs: loaded when a chart first makes one. (RFC 8628)
export { pollDeviceGrant } from '../../actors/authorization/pollDeviceGrant.ts';
export { presentDeviceCode } from '../../actors/authorization/presentDeviceCode.ts';
export { requestDeviceCode } from '../../actors/authorization/requestDeviceCode.ts';
